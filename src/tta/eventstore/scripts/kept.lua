#!lua flags=no-writes
-- Read snapshots of an aggregate: versions above ARGV[1] and up to ARGV[2] ('' for no bound), 'last' or 'first'
-- ones first, at most ARGV[4] of them ('' for all).
--
-- Reply  {version, bytes, version, bytes, …}
local above, to, limit = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[4])
local versions = {}
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  local version = tonumber(field)
  if (not above or version > above) and (not to or version <= to) then versions[#versions + 1] = version end
end
if ARGV[3] == 'last' then table.sort(versions, function(a, b) return a > b end) else table.sort(versions) end
local reply = {}
for n = 1, math.min(#versions, limit or #versions) do
  local field = string.format('%.0f', versions[n])
  reply[#reply + 1] = field
  reply[#reply + 1] = redis.call('HGET', KEYS[1], field)
end
return reply
