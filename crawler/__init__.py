"""Ground floor: vocabulary, registry, store, and what every sweep shares."""
