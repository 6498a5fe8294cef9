#!lua
-- A circuit breaker that processes share. A report about a call counts once, however often it is sent: a lost
-- reply makes the caller send it again.
--
-- KEYS   the breaker: a hash of `opened` and `probing` (server time, ms), `probe` (the id of the probing call), and
--        a field for each call that failed.
-- ARGV   what: 'look', 'enter', 'worked', 'failed' or 'left'; failures that open it; ms that it stays open;
--        ms that a probe may take; the call's id.
-- Reply  {state, ms until it may be tried}: CLOSED, OPEN, or PROBE for the one call that may find out.
local breaker, what, call = KEYS[1], ARGV[1], ARGV[5]
local threshold, open_ms, probe_ms = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local opened = tonumber(redis.call('HGET', breaker, 'opened') or nil)
-- A time in the future was set while this clock was ahead: it counts from now, so that no caller waits for it.
if opened and opened > now then
  opened = now
  redis.call('HSET', breaker, 'opened', now)
end
local is_probe = redis.call('HGET', breaker, 'probe') == call
-- Everything expires: failures a day apart are unrelated.
local KEPT_MS = 86400000
local ASK_AGAIN_MS = 500

if what == 'worked' and (is_probe or not opened) then
  redis.call('DEL', breaker)
  opened = nil
elseif what == 'failed' and opened and is_probe then
  opened = now
  redis.call('HSET', breaker, 'opened', now)
  redis.call('HDEL', breaker, 'probe', 'probing')
elseif what == 'failed' and not opened then
  redis.call('HSET', breaker, 'failed:' .. call, 1)
  -- While it is closed it has no other fields.
  if redis.call('HLEN', breaker) >= threshold then
    opened = now
    redis.call('HSET', breaker, 'opened', now)
  end
  redis.call('PEXPIRE', breaker, KEPT_MS)
elseif what == 'left' and is_probe then
  redis.call('HDEL', breaker, 'probe', 'probing')
end

if not opened then return {'CLOSED', 0} end
local rests = opened + open_ms - now
if rests > 0 then return {'OPEN', rests} end
local probing = tonumber(redis.call('HGET', breaker, 'probing') or nil)
if what == 'enter' and is_probe then return {'PROBE', 0} end
-- A caller that comes during a probe tries again soon, because the probe may end at any moment.
if probing and probing > now and probing <= now + probe_ms then return {'OPEN', math.min(probing - now, ASK_AGAIN_MS)} end
if what == 'enter' then redis.call('HSET', breaker, 'probe', call, 'probing', now + probe_ms) end
return {'PROBE', 0}
