"""Files and archives on their way out: signed addresses, and the bytes behind those that are our own."""
