#!/usr/bin/env python3
"""Prints an event file, read without slim: the framing and its checksums by hand, the messages by Google's protobuf, the images by
their own headers and zlib. One line per event and per summary.

usage: read_events.py <event file>
"""

import pathlib
import struct
import subprocess
import sys
import tempfile
import zlib

from google.protobuf import descriptor_pb2, message_factory


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(data):
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def records(data):
    at = 0
    while at < len(data):
        length, length_crc = struct.unpack_from('<QI', data, at)
        payload = data[at + 12:at + 12 + length]
        payload_crc, = struct.unpack_from('<I', data, at + 12 + length)
        assert length_crc == masked(data[at:at + 8]) and payload_crc == masked(payload), f'checksum at {at}'
        yield payload
        at += 16 + length


def event_class():
    schema = pathlib.Path(__file__).with_name('event.proto')
    with tempfile.NamedTemporaryFile() as compiled:
        subprocess.run(['protoc', f'--proto_path={schema.parent}', f'--descriptor_set_out={compiled.name}', schema.name], check=True)
        files = descriptor_pb2.FileDescriptorSet.FromString(pathlib.Path(compiled.name).read_bytes())
    return message_factory.GetMessages(files.file)['tensorboard_schema.Event']


def png_pixels(png):
    """The rows of a PNG, each behind its filter type, after checking every chunk."""
    assert png[:8] == b'\x89PNG\r\n\x1a\n'
    at, body = 8, b''
    while at < len(png):
        length, kind = struct.unpack_from('>I4s', png, at)
        chunk = png[at + 8:at + 8 + length]
        assert struct.unpack_from('>I', png, at + 8 + length)[0] == zlib.crc32(kind + chunk)
        if kind == b'IDAT':
            body += chunk
        at += 12 + length
    return zlib.decompress(body)


def text(value):
    kind = value.WhichOneof('value')
    if kind == 'simple_value':
        return f'{value.simple_value:g}'
    if kind == 'image':
        image = value.image
        return f'image {image.height} {image.width} {image.colorspace} {png_pixels(image.encoded_image_string).hex()}'
    h = value.histo
    buckets = ' '.join(f'{limit:.6g}:{count:g}' for limit, count in zip(h.bucket_limit, h.bucket, strict=True))
    return f'histogram {h.min:g} {h.max:g} {h.num:g} {h.sum:g} {h.sum_squares:g} | {buckets}'


def main(path):
    event = event_class()
    for payload in records(pathlib.Path(path).read_bytes()):
        one = event.FromString(payload)
        print(f'step {one.step} {one.file_version}{"start" if one.session_log.status else ""}'.rstrip(), 'now' if 1.5e9 < one.wall_time < 1e11 else one.wall_time)
        for value in one.summary.value:
            print(f'  {value.tag} {text(value)}')


main(*sys.argv[1:])
