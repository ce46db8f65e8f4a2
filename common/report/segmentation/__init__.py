"""What a segmenter is worth: each lesion and each image measured, scores, pictures, and masks of a folder of images."""
