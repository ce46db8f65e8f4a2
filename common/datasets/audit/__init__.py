"""What is wrong with a prepared data set, and whether its preparation has dealt with it already."""
