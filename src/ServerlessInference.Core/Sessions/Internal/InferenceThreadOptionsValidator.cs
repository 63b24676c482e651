using Microsoft.Extensions.Options;

namespace ServerlessInference.Sessions;

/// <summary>Checks single settings; generated, without reflection.</summary>
[OptionsValidator]
internal sealed partial class InferenceThreadOptionsValidator : IValidateOptions<InferenceThreadOptions>;
