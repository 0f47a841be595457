"""One portrait, as somebody asks for it, of today or as things stood; and by what it can be made again."""
