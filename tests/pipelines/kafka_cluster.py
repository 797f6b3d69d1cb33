# SPDX-License-Identifier: MIT
"""A Kafka broker for tests: librdkafka's own, which comes with kcat. Prints its address and lives until its input ends."""
import ctypes
import sys

PRODUCER = 0
library = ctypes.CDLL('librdkafka.so.1')
library.rd_kafka_new.restype = ctypes.c_void_p
library.rd_kafka_mock_cluster_new.restype = ctypes.c_void_p
library.rd_kafka_mock_cluster_new.argtypes = [ctypes.c_void_p, ctypes.c_int]
library.rd_kafka_mock_cluster_bootstraps.restype = ctypes.c_char_p
library.rd_kafka_mock_cluster_bootstraps.argtypes = [ctypes.c_void_p]

reason = ctypes.create_string_buffer(512)
client = library.rd_kafka_new(PRODUCER, None, reason, ctypes.c_size_t(len(reason)))
if not client:
    sys.exit(f'librdkafka does not start: {reason.value.decode()}')
cluster = library.rd_kafka_mock_cluster_new(client, 1)
if not cluster:
    sys.exit('librdkafka gives no broker')
print(library.rd_kafka_mock_cluster_bootstraps(cluster).decode(), flush=True)
sys.stdin.read()
