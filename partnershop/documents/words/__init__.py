"""What papers, mails and broken rules say, in Italian, German and English: nothing but words."""
