-- KEYS: token, lease, failed, renewals
-- ARGV: lease, record, record that may be replaced without the lease, life
local record = redis.call('GETRANGE', KEYS[1], 0, 66000)
local lease = redis.call('GET', KEYS[2])
local is_held = lease and string.sub(lease, 1, 16) == ARGV[1]
if not is_held then
  if record == ARGV[2] then
    return 1 -- sent again because the first reply was lost
  end
  if lease or not (record == '' or record == ARGV[3]) then
    return 0
  end
end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[4])
redis.call('DEL', KEYS[3])
if is_held then
  redis.call('DEL', KEYS[2])
end
return 1
