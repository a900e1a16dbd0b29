"""What runs at a brand: members become tokens before anything leaves. Knows no database and no web."""
