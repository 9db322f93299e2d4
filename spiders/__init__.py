"""One file per platform or kind of site: page -> Listing, and links to follow."""
