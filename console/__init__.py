"""How people operate Markhound."""

import os

# NumPy reads it once, when it is loaded. Its threads wait for each other by spinning, which costs
# more than the small products here gain: work is shared out among processes.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
