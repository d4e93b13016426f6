package dev.keelson.server.transport;

import io.netty.channel.ChannelPipeline;

/** What stands between the socket and the frames: nothing, or TLS. The one place that knows. */
@FunctionalInterface
interface LinkSecurity {
  LinkSecurity PLAIN = (pipeline, dialled) -> {};

  /** Adds its handlers before ours. */
  void install(ChannelPipeline pipeline, boolean dialled);
}
