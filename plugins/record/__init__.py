"""The record of incidents and actions, as tools."""
