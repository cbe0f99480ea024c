"""What buyer and merchant share: the pages of their acts. The two sides get the same pages with their own words."""
