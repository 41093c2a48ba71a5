"""A notebook in other forms: code, pages and documents made of its cells and what they have put out."""
