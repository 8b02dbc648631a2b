"""The changes of a project, each as a whole."""
