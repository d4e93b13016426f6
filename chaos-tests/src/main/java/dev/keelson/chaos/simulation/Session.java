package dev.keelson.chaos.simulation;

import dev.keelson.api.etcdserverpb.AuthenticateRequest;
import dev.keelson.api.etcdserverpb.AuthenticateResponse;
import dev.keelson.chaos.simulation.SimulatedCall.Reply;
import dev.keelson.server.rpc.Credentials;
import java.util.Optional;

/** A user's token, and how to come by another when nobody knows it any more. */
final class Session {
  private static final String PASSWORD = "secret";

  private final World world;
  private final Chance chance;
  private final String user;
  private Optional<String> token = Optional.empty();
  private boolean asking;

  Session(World world, Chance chance, String user) {
    this.world = world;
    this.chance = chance;
    this.user = user;
  }

  static String passwordOf(String user) {
    return user + "-" + PASSWORD;
  }

  /** Those of this moment: a call goes with what its client had when it began. */
  Credentials credentials() {
    var present = token;
    return () -> present;
  }

  boolean isOpen() {
    return token.isPresent();
  }

  /** The token is of no use: asks for another, once at a time. */
  void renew() {
    if (asking) {
      return;
    }
    var life = chance.oneOf(world.members()).life();
    if (life.isEmpty()) {
      return;
    }
    asking = true;
    var request =
        AuthenticateRequest.newBuilder().setName(user).setPassword(passwordOf(user)).build();
    new SimulatedCall<AuthenticateResponse>(
            world,
            life.get(),
            Credentials.NONE,
            reply -> {
              asking = false;
              if (reply instanceof Reply.Success<AuthenticateResponse>(var response)) {
                token = Optional.of(response.getToken());
                world.count("logins");
              }
            })
        .begin(call -> life.get().services().authenticate().handle(request, call, call));
  }
}
