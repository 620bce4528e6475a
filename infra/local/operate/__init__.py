"""What a person does to a deployment: around `sam deploy`, with the master keys, and after the loss of data."""
