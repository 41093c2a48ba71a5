"""The screen: draws snapshots and posts commands. The only package that imports Streamlit."""
