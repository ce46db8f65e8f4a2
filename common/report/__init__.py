"""What a run is worth: its scores with their intervals, and its figures."""
