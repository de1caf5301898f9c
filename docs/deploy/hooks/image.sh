#!/bin/sh
# Builds the image in the registry and gives it to the jobs; azd runs this after each provisioning, with its outputs
# in the environment.
set -eu
tag=${DEPLOY_TAG:-$(git -C ../.. rev-parse --short=12 HEAD)}
image="$AZURE_CONTAINER_REGISTRY_ENDPOINT/switchboard:$tag"

# the commit alone is sent: no virtual environment, no .env, nothing that was not reviewed
context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
git -C ../.. archive HEAD | tar -x -C "$context"
az acr build --only-show-errors --registry "$AZURE_CONTAINER_REGISTRY_NAME" --image "switchboard:$tag" \
    --file "$context/docs/deploy/Dockerfile" "$context"

for job in $AZURE_JOBS; do
    az containerapp job update --only-show-errors --output none \
        --resource-group "$AZURE_RESOURCE_GROUP" --name "$job" --image "$image"
done

# the next `azd provision` then keeps this image
azd env set DEPLOY_IMAGE "$image"
