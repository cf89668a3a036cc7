"""The app's pages; not called `pages`, because Streamlit makes pages of every file in a folder of that name."""
