"""People with accounts: who they are, how they sign in, and what their roles allow."""
