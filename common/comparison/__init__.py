"""Is one initialisation better than another on this data set? Plans, runs, choice on validation, verdict, report."""
