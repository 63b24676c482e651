using ServerlessInference.Models;

namespace ServerlessInference.Registration;

/// <summary>One source that code has added to a model. The registrations of a model are in the order of the calls.</summary>
internal sealed record ModelSourceRegistration(Func<IServiceProvider, IModelSource> Factory, TimeSpan? Deadline, long? MinBytesPerSecond);
