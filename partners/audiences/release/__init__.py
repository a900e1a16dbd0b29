"""What may be asked and what may be shown: guards, budget, noise, floors, bands, suppression, and why."""
