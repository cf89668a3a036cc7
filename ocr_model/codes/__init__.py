"""What is printed on tags: texts, brands' code formats, and how probable a text is as a code."""
