"""What the files of users come to, for the quotas."""
