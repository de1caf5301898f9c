"""What a shop ships by: boxes, borders, restricted goods, services, carriers and words, with their readers."""
