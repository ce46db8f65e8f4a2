"""Features of images by a frozen network, computed once, and all that is trained on them: heads, probes, neighbours."""
