"""The Streamlit app: talks to the backend over HTTP only and imports no other room."""
