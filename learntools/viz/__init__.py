"""Pictures: grids of images, diagrams of what a network computes, curves. Importing it draws and loads nothing."""

from learntools.viz.images import show_images

__all__ = ["show_images"]
