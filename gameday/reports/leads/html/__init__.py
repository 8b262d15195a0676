"""The leads' report as one HTML file: no network, no script, light and dark, on paper and on a phone."""
