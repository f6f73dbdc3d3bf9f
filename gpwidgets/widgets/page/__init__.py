"""The page and the kernel around the widgets: front ends, open forms and maps, static twins, uploads."""
