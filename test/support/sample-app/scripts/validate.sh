#!/bin/sh
# The deployment is good when the page of exactly this build is served.
set -eu
port="@PORT@"
build=$(sed 's/.*"build":"\([^"]*\)".*/\1/' "@DESTINATION@/build.json")
[ -n "$port" ] || exit 0
exec "@NODE@" -e '
  const [address, build] = process.argv.slice(1);
  const isServed = () => fetch(address).then((r) => r.text()).then((page) => page.includes(`Build ${build}`), () => false);
  (async () => {
    for (let left = 50; left > 0; left -= 1) {
      if (await isServed()) return console.log(`${address} serves build ${build}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`${address} does not serve build ${build}`);
  })();
' "http://127.0.0.1:$port/" "$build"
