"""Reading photos: the model that serves, the champion watch, readings that wait for a verdict, shadow readings."""
