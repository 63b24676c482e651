namespace ServerlessInference.Models;

/// <summary>One source that code named for a model, in the order of the calls.</summary>
internal sealed record ModelSourceRegistration(Func<IServiceProvider, IModelSource> Factory, TimeSpan? Deadline);
