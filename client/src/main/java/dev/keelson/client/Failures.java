package dev.keelson.client;

import dev.keelson.api.status.EtcdError;
import dev.keelson.api.status.StatusCode;
import io.grpc.Status;

/** What a status means for the caller (the classes of {@link KeelsonException}). */
final class Failures {
  private static final String TOO_LARGE = "grpc: received message larger than max";

  private Failures() {}

  /**
   * The exception for a call's status.
   *
   * @param sent whether any of it may have left this process
   */
  static KeelsonException of(Status status, CallKind kind, boolean sent) {
    String message = text(status);
    StatusCode code = codeOf(status);
    if (isOverload(status)) {
      return new OverloadedException(code, message);
    }
    // Refused before anything was proposed, though with code UNKNOWN.
    if (is(status, EtcdError.NO_PASSWORD_USER) || is(status, EtcdError.VERIFY_ONLY)) {
      return new AccessDeniedException(code, message);
    }
    if (is(status, EtcdError.PASSWORD_TOO_LONG)) {
      return new InvalidRequestException(code, message);
    }
    return switch (status.getCode()) {
      case INVALID_ARGUMENT ->
          isAccess(message)
              ? new AccessDeniedException(code, message)
              : new InvalidRequestException(code, message);
      case FAILED_PRECONDITION, ALREADY_EXISTS -> new InvalidRequestException(code, message);
      case OUT_OF_RANGE ->
          is(status, EtcdError.COMPACTED)
              ? new CompactedException(0, message)
              : new InvalidRequestException(code, message);
      case PERMISSION_DENIED, UNAUTHENTICATED -> new AccessDeniedException(code, message);
      case NOT_FOUND -> new NotFoundException(code, message);
      case UNIMPLEMENTED -> new UnsupportedException(code, message);
      case RESOURCE_EXHAUSTED -> exhausted(status, kind, sent);
      default -> unknownOutcome(status, kind, sent);
    };
  }

  private static KeelsonException exhausted(Status status, CallKind kind, boolean sent) {
    String message = text(status);
    if (is(status, EtcdError.NO_SPACE)) {
      return new SpaceExceededException(codeOf(status), message); // Q6: it may have been applied
    }
    return message.startsWith(TOO_LARGE)
        ? new InvalidRequestException(codeOf(status), message)
        : unknownOutcome(status, kind, sent);
  }

  private static KeelsonException unknownOutcome(Status status, CallKind kind, boolean sent) {
    String message = text(status);
    return kind.isRead() || !sent
        ? new UnavailableException(codeOf(status), message)
        : new IndefiniteException(codeOf(status), message);
  }

  static boolean is(Status status, EtcdError error) {
    return error.message().equals(status.getDescription());
  }

  /** Refused before anything was proposed; etcd sends the text with code UNKNOWN. */
  static boolean isOverload(Status status) {
    return is(status, EtcdError.REQUEST_TOO_MANY_REQUESTS);
  }

  /** The token is no longer good, or one is needed: a new one may help. */
  static boolean wantsToken(Status status) {
    return is(status, EtcdError.INVALID_AUTH_TOKEN)
        || is(status, EtcdError.AUTH_OLD_REVISION)
        || is(status, EtcdError.USER_EMPTY);
  }

  private static boolean isAccess(String message) {
    return message.equals(EtcdError.AUTH_FAILED.message())
        || message.equals(EtcdError.USER_EMPTY.message())
        || message.equals(EtcdError.AUTH_OLD_REVISION.message());
  }

  private static StatusCode codeOf(Status status) {
    return StatusCode.valueOf(status.getCode().name());
  }

  private static String text(Status status) {
    String description = status.getDescription();
    String text = description == null ? status.getCode().name() : description;
    Throwable cause = status.getCause();
    return cause == null || cause.getMessage() == null ? text : text + ": " + cause.getMessage();
  }
}
