"""The desk: pages of arbitrators and seniors."""
