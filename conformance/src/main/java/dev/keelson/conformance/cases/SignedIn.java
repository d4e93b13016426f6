package dev.keelson.conformance.cases;

import com.google.protobuf.ByteString;
import dev.keelson.api.authpb.Permission;
import dev.keelson.conformance.Case;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import io.grpc.StatusRuntimeException;

/**
 * A store on which authentication is on while a case runs. Whatever comes of the case, it is off
 * afterwards, and no user and no role is left.
 */
final class SignedIn implements AutoCloseable {
  static final String ROOT = "root";

  private final Store anonymous;
  private final Store root;

  private SignedIn(Store anonymous, Store root) {
    this.anonymous = anonymous;
    this.root = root;
  }

  /** A body for a case. */
  @FunctionalInterface
  interface Body {
    void run(SignedIn signedIn, Keys keys);
  }

  /** A case that begins with authentication on and nobody but root known. */
  static Case.StoreBody on(Body body) {
    return (store, keys) -> {
      try (SignedIn signedIn = switchOn(store)) {
        body.run(signedIn, keys);
      }
    };
  }

  /** A case that begins with authentication off, and may switch it on. */
  static Case.StoreBody off(Case.StoreBody body) {
    return (store, keys) -> {
      try (SignedIn _ = new SignedIn(store, store)) {
        body.run(store, keys);
      }
    };
  }

  static SignedIn switchOn(Store store) {
    var accounts = new Accounts(store);
    try {
      accounts.addUser(ROOT);
      accounts.grantRole(ROOT, ROOT);
      accounts.enable();
      return new SignedIn(store, store.withToken(accounts.login(ROOT)));
    } catch (StatusRuntimeException e) {
      new SignedIn(store, store).close();
      throw e;
    }
  }

  /** Says nothing of who it is. */
  Store anonymous() {
    return anonymous;
  }

  /** May do everything. */
  Store root() {
    return root;
  }

  /** What the administrator does. */
  Accounts accounts() {
    return new Accounts(root);
  }

  /** Another user, signed in. */
  Store as(String user) {
    return anonymous.withToken(new Accounts(anonymous).login(user));
  }

  /** A user of this name, with one permission, signed in. */
  Store userWith(String name, Permission.Type type, Keys keys, String from, String to) {
    accounts().addUserWithRole(name);
    accounts().grant(name, type, keys.at(from), to.isEmpty() ? EMPTY : keys.at(to));
    return as(name);
  }

  private static final ByteString EMPTY = ByteString.EMPTY;

  @Override
  public void close() {
    var accounts = new Accounts(anonymous);
    try {
      accounts.disable();
    } catch (StatusRuntimeException e) {
      new Accounts(anonymous.withToken(accounts.login(ROOT))).disable();
    }
    accounts.users().forEach(accounts::deleteUser);
    accounts.roles().forEach(accounts::deleteRole);
  }
}
