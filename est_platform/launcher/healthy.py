"""What the image's health check runs: does the web server of this container say it is ready?"""

import os
import sys
import urllib.request

host = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".").replace("*", "") or "localhost"
request = urllib.request.Request("http://127.0.0.1:8000/ready/", headers={"Host": host})
try:
    with urllib.request.urlopen(request, timeout=8) as answer:
        sys.exit(0 if answer.status == 200 else 1)
except OSError as error:
    print(error)
    sys.exit(1)
