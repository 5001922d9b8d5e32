"""What runs on this one machine beside the product's own code: servers out of wheels, and the leash on processes."""
