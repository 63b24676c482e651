using Microsoft.Extensions.Options;

namespace ServerlessInference.Sessions;

/// <summary>Validates single settings by their attributes. The code is generated and uses no reflection.</summary>
[OptionsValidator]
internal sealed partial class InferenceThreadOptionsValidator : IValidateOptions<InferenceThreadOptions>;
