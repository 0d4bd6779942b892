NAME = "asks"
