"""Mails by SendGrid, for Pirwa."""
