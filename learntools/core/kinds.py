"""The kinds of answer that an exercise may ask for."""

FUNCTION = "function"
CLASS = "class"  # instantiated by the check; a function that builds the same network is as good
MODEL = "model"  # a trained network
VALUE = "value"
CHOICE = "choice"
PREDICTION = "prediction"
