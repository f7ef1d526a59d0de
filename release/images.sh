#!/bin/sh
# Build both images of the Dockerfile where something can build them, and run each once.
#   release/images.sh              on python:3.13-slim
#   release/images.sh IMAGE        on another image of Debian with python and pip
# Without a builder, or where the base image cannot be had, it says so and exits 0: nothing was built.
set -eu
cd "$(dirname "$0")/.."
base=${1:-$(sed -n 's/^ARG PYTHON=//p' Dockerfile)}

if command -v docker >/dev/null 2>&1 && docker info >/dev/null 2>&1; then
    builder=docker
    build() { docker build "$@"; }
elif command -v podman >/dev/null 2>&1; then
    builder=podman
    build() { podman build --format docker "$@"; }
elif command -v buildah >/dev/null 2>&1; then
    builder=buildah
    build() { buildah build --isolation chroot --format docker "$@"; }
else
    echo "images: no docker with an engine, podman or buildah here: nothing was built"
    exit 0
fi
if [ -z "$($builder images --quiet "$base" 2>/dev/null)" ] && ! timeout 120 $builder pull --quiet "$base" >/dev/null 2>&1; then
    echo "images: $builder cannot get $base: nothing was built"
    exit 0
fi

# in the image as whoever it names; buildah, which runs no images, enters it the way it builds
run() {
    if [ $builder = buildah ]; then
        container=$(buildah from "$1")
        buildah run --isolation chroot --volume "$PWD/samples:/data:ro" "$container" -- sh -c "$2"
        buildah rm "$container" >/dev/null
    else
        $builder run --rm --volume "$PWD/samples:/data:ro" --entrypoint sh "$1" -c "$2"
    fi
}

build --build-arg "PYTHON=$base" --target cli --tag formreader-cli .
run formreader-cli 'test "$(id -u)" -ne 0 && formreader read /data/id-2022-chasil-ppwp-2.jpg && formreader template list'
build --build-arg "PYTHON=$base" --tag formreader .
run formreader 'test "$(id -u)" -ne 0 && formreader serve --help >/dev/null && formreader work --help >/dev/null'
echo "images: formreader-cli and formreader built by $builder on $base, and run"
