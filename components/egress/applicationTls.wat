;; A network filter by the proxy-wasm ABI 0.2.1: a connection passes only when its application opens TLS, with the first
;; byte or as Postgres and MySQL do inside their own protocol. Any other is closed before a byte of it is sent on.
;; The first letter of the virtual machine's configuration says what is spoken: p(ostgres), m(ysql), or t for TLS at once.
(module
  (import "env" "proxy_get_buffer_bytes" (func $get_bytes (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_close_stream" (func $close_stream (param i32) (result i32)))
  (memory (export "memory") 2)
  ;; 0: where the host writes an address and a size; 1024: what it copies; 65536: connections that have not opened TLS yet
  (global $spoken (mut i32) (i32.const 116))
  (global $waiting (mut i32) (i32.const 0))

  (func (export "proxy_abi_version_0_2_1"))
  (func (export "proxy_on_memory_allocate") (param $size i32) (result i32)
    (select (i32.const 1024) (i32.const 0) (i32.le_u (local.get $size) (i32.const 4096))))
  (func (export "proxy_on_context_create") (param i32 i32))
  (func (export "proxy_on_configure") (param i32 i32) (result i32) (i32.const 1))
  (func (export "proxy_on_done") (param i32) (result i32) (i32.const 1))

  ;; Copies the first bytes of a buffer to 1024. How many there are.
  (func $copy (param $buffer i32) (param $most i32) (result i32)
    (i32.store (i32.const 4) (i32.const 0))
    (if (call $get_bytes (local.get $buffer) (i32.const 0) (local.get $most) (i32.const 0) (i32.const 4))
      (then (return (i32.const 0))))
    (i32.load (i32.const 4)))

  (func (export "proxy_on_vm_start") (param $context i32) (param $size i32) (result i32)
    (if (i32.eqz (call $copy (i32.const 6) (i32.const 1))) (then (return (i32.const 0))))
    (global.set $spoken (i32.load8_u (i32.const 1024)))
    (i32.const 1))

  ;; A waiting connection's place: its number, and behind it whether it has asked for TLS. 0 for any other connection.
  (func $place (param $connection i32) (result i32)
    (local $at i32) (local $end i32)
    (local.set $at (i32.const 65536))
    (local.set $end (i32.add (local.get $at) (i32.shl (global.get $waiting) (i32.const 3))))
    (block $none
      (loop $next
        (br_if $none (i32.eq (local.get $at) (local.get $end)))
        (if (i32.eq (i32.load (local.get $at)) (local.get $connection)) (then (return (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (br $next)))
    (i32.const 0))
  ;; The last one takes its place.
  (func $remove (param $at i32)
    (global.set $waiting (i32.sub (global.get $waiting) (i32.const 1)))
    (i64.store (local.get $at)
      (i64.load (i32.add (i32.const 65536) (i32.shl (global.get $waiting) (i32.const 3))))))
  ;; Ends the connection: 1 stops what it has sent.
  (func $refuse (param $at i32) (result i32)
    (call $remove (local.get $at))
    (drop (call $close_stream (i32.const 2)))
    (i32.const 1))

  (func (export "proxy_on_new_connection") (param $connection i32) (result i32)
    (local $at i32)
    ;; No more fit into the memory: what could not be checked is refused.
    (if (i32.ge_u (global.get $waiting) (i32.const 8191))
      (then (drop (call $close_stream (i32.const 2))) (return (i32.const 1))))
    (local.set $at (i32.add (i32.const 65536) (i32.shl (global.get $waiting) (i32.const 3))))
    (i64.store (local.get $at) (i64.extend_i32_u (local.get $connection)))
    (global.set $waiting (i32.add (global.get $waiting) (i32.const 1)))
    (i32.const 0))

  (func (export "proxy_on_delete") (param $connection i32)
    (local $at i32)
    (local.set $at (call $place (local.get $connection)))
    (if (local.get $at) (then (call $remove (local.get $at)))))

  ;; Whether a TLS record with a ClientHello begins here: 0 no, 1 yes, 2 as far as it goes.
  (func $is_hello (param $from i32) (param $size i32) (result i32)
    (if (i32.lt_s (local.get $size) (i32.const 1)) (then (return (i32.const 2))))
    (if (i32.ne (i32.load8_u (local.get $from)) (i32.const 0x16)) (then (return (i32.const 0))))
    (if (i32.lt_s (local.get $size) (i32.const 6)) (then (return (i32.const 2))))
    (i32.and
      (i32.eq (i32.load8_u offset=1 (local.get $from)) (i32.const 3))
      (i32.eq (i32.load8_u offset=5 (local.get $from)) (i32.const 1))))
  ;; The size of a request for TLS in Postgres' or MySQL's protocol: 0 for anything else, -1 as far as it goes.
  (func $request (param $size i32) (result i32)
    (if (i32.eq (global.get $spoken) (i32.const 112)) (then
      (if (i32.lt_u (local.get $size) (i32.const 8)) (then (return (i32.const -1))))
      ;; SSLRequest: its own size, 8, and 80877103
      (return (i32.shl (i64.eq (i64.load (i32.const 1024)) (i64.const 0x2f16d20408000000)) (i32.const 3)))))
    (if (i32.eq (global.get $spoken) (i32.const 109)) (then
      (if (i32.lt_u (local.get $size) (i32.const 36)) (then (return (i32.const -1))))
      ;; a packet of 32 bytes, the first of the client, with the capability CLIENT_SSL
      (return (i32.mul (i32.const 36) (i32.and
        (i32.eq (i32.load (i32.const 1024)) (i32.const 0x01000020))
        (i32.eq (i32.and (i32.load (i32.const 1028)) (i32.const 0x800)) (i32.const 0x800)))))))
    (i32.const 0))

  (func (export "proxy_on_downstream_data") (param $connection i32) (param $size i32) (param $ended i32) (result i32)
    (local $at i32) (local $request i32) (local $hello i32)
    (local.set $at (call $place (local.get $connection)))
    (if (i32.eqz (local.get $at)) (then (return (i32.const 0))))
    (local.set $size (call $copy (i32.const 2) (i32.const 48)))
    (local.set $hello (call $is_hello (i32.const 1024) (local.get $size)))
    (if (i32.eq (local.get $hello) (i32.const 1)) (then (call $remove (local.get $at)) (return (i32.const 0))))
    ;; A client that has asked may send nothing else: not even where the server has said no.
    (if (i32.and (i32.eqz (local.get $hello)) (i32.eqz (i32.load offset=4 (local.get $at)))) (then
      (local.set $request (call $request (local.get $size)))
      (if (i32.eq (local.get $request) (i32.const -1)) (then (local.set $hello (i32.const 2))))
      (if (i32.gt_s (local.get $request) (i32.const 0)) (then
        (local.set $hello (call $is_hello (i32.add (i32.const 1024) (local.get $request))
          (i32.sub (local.get $size) (local.get $request))))
        (if (i32.eq (local.get $hello) (i32.const 1)) (then (call $remove (local.get $at)) (return (i32.const 0))))
        (if (i32.eq (local.get $size) (local.get $request)) (then
          (i32.store offset=4 (local.get $at) (i32.const 1))
          (return (i32.const 0))))))))
    (if (i32.and (i32.eq (local.get $hello) (i32.const 2)) (i32.eqz (local.get $ended))) (then (return (i32.const 1))))
    (call $refuse (local.get $at)))
)
