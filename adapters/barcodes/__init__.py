"""Barcodes and matrix codes: drawn by python-barcode, segno and zxing-cpp, understood by biip."""
