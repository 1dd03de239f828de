"""Files that are sent in parts (tus 1.0.0), for any service that takes files: on their way first,
then taken."""
