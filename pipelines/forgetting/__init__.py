"""A reader who asks to be forgotten: everything known of them found, taken out, and looked for once more."""
