"""The pages that people use: made on the server, a little script on top, no build step."""
