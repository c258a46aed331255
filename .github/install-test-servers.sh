#!/usr/bin/env bash
# On a runner of GitHub: a browser and a Chinese font, nginx, Redis and PostgreSQL (started by the tests themselves), a C compiler.
set -euo pipefail

sudo apt-get update -qq
RUNLEVEL=1 sudo --preserve-env=RUNLEVEL apt-get install -y -qq --no-install-recommends \
	fonts-noto-cjk nginx-light redis-server postgresql gcc libc6-dev
npx playwright-core install --with-deps chromium
echo "CHROMIUM_PATH=$(node -p "require('playwright-core').chromium.executablePath()")" >>"$GITHUB_ENV"
