"""What the golden files of the chat-template tests are made from."""
